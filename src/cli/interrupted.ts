/** Why a run is aborted from outside: the reason of {@link CliIo.signal} when the process is told to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly by: "SIGINT" | "SIGTERM";

  constructor(by: "SIGINT" | "SIGTERM") {
    super(by === "SIGINT" ? "Interrupted" : "Told to end");
    this.by = by;
  }
}
