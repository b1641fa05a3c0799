/**
 * Sends the telemetry of builds over HTTP with JSON, by OpenTelemetry's packages. Only `sdk/` imports those, and it is
 * loaded when there is an endpoint. No rule about names and attributes stands here: core decides them.
 */

export { makeTelemetry, type TelemetryOptions } from "./telemetry.ts";
