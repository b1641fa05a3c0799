/** Whether everything is to be looked at, however long it takes: `deno task test:deep`. */
export const DEEP = Deno.env.get("SHOWTIME_DEEP") === "1";
