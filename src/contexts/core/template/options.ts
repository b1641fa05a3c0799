import type { Value, ValueMap } from "../tree/value.ts";
import type { TemplateLimits } from "./limits.ts";

/** A text of macros with its name in the configuration. */
export interface MacroText {
  readonly name: string;
  readonly text: string;
}

/** The things that a template may use, besides its own text. */
export interface RenderOptions {
  /** The names that the template sees; those of later maps win. */
  readonly names: readonly ValueMap[];
  /**
   * Texts that stand before the template, joined as they are. A text that ends in `-%}` drops the space at
   * the beginning of the template.
   */
  readonly macros?: readonly MacroText[] | undefined;
  /** Numbers from 0 to below 1 for the filter `random`, which is an error without it. */
  readonly random?: (() => number) | undefined;
  /** Formats the YAML of the filter `to_nice_yaml`, which is an error without it. */
  readonly formatYaml?: FormatYaml | undefined;
  /** Limits that differ from the usual ones. */
  readonly limits?: Partial<TemplateLimits> | undefined;
}

/** Formats a value as block YAML, as PyYAML's `dump(value, default_flow_style=False)` does. */
export type FormatYaml = (value: Value, layout: YamlLayout) => string;

/** The layout of {@link FormatYaml}. */
export interface YamlLayout {
  /** Spaces for each level. */
  readonly indent: number;
  readonly sortKeys: boolean;
}
