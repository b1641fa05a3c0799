import type { Redis } from "ioredis";

/**
 * The commands that the store sends, and those that the package itself sends. The executable's copy of the package has no
 * others (`tools/redis_commands.ts`), because the package makes two functions for each of its 301 commands when it is loaded.
 */
export const REDIS_COMMANDS = [
  "auth",
  "client",
  "eval",
  "exists",
  "hello",
  "hmget",
  "info",
  "quit",
  "scan",
  "select",
] as const;

/** A client with the commands that every copy of the package has. */
export type RedisClient = Pick<
  Redis,
  typeof REDIS_COMMANDS[number] | "connect" | "disconnect" | "on" | "once" | "status"
>;
