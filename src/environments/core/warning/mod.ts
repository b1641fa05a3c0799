/**
 * The warning before an environment ends. It is a comment of its own, because GitHub sends no notification for a mention
 * that is edited into an older one. Everything here is pure. When a warning is due is decided in
 * `../cleanup/warnings.ts`; nothing here writes a comment or extends a life. Read `warning.ts` first.
 *
 * @module
 */

export { clampTtl, decideOffer, type Offer, type OfferFacts } from "./offer.ts";
export {
  findTick,
  parseWarning,
  renderWarning,
  type Warning,
  WARNING_MARKER,
  type WarningModel,
  wholeMinute,
} from "./warning.ts";
