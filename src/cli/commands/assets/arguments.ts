/** Arguments and flags that several commands about assets have. The registry loads them without what the commands need. */

import { ASSET_KINDS } from "../../../assets/core/asset.ts";
import type { ArgumentSpec, OptionSpec } from "../../command.ts";

/** The instance, which most commands take as their first argument. */
export const INSTANCE_ARGUMENT: ArgumentSpec = {
  name: "instance",
  description: "name in assets.instances; assets.default or the only one if left out",
  required: false,
};

/** The folder of assets. */
export const DIR_ARGUMENT: ArgumentSpec = {
  name: "dir",
  description: "folder of the assets; assets.dir if left out",
  required: false,
};

const SELECTION = "Selection (a repeated flag means or, different flags mean and)";

/** The flags that select assets. */
export const SELECTION_OPTIONS: readonly OptionSpec[] = [
  {
    name: "kind",
    value: "kind",
    repeats: true,
    choices: ASSET_KINDS,
    description: "assets of this kind",
    group: SELECTION,
  },
  {
    name: "id",
    value: "id",
    repeats: true,
    description: "the asset of this number on the instance",
    group: SELECTION,
  },
  {
    name: "uuid",
    value: "uuid",
    repeats: true,
    description: "the asset whose UUID begins so",
    group: SELECTION,
  },
  {
    name: "name",
    value: "glob",
    repeats: true,
    description: "assets of this name; * stands for anything",
    group: SELECTION,
  },
  {
    name: "owner",
    value: "login",
    repeats: true,
    description: "assets of this owner, or me",
    group: SELECTION,
  },
  { name: "tag", value: "tag", repeats: true, description: "assets with this tag", group: SELECTION },
  { name: "published", description: "published dashboards", group: SELECTION },
  { name: "no-deps", description: "without what the selected assets use", group: SELECTION },
];
