/**
 * The screens of the documentation. The program runs as a process against a simulated GitHub and a Docker engine; its
 * output, its comment and its labels are put into the places that README.md and docs/ have for them.
 *
 *     deno task screens
 *
 * A text stands between three backticks (or, for the comment, in a quotation) after a line `<!-- screen: name -->`; the
 * picture is a file. The end-to-end tests play it again and compare; what differs between any two runs (times, ages,
 * ports, the width of columns) does not count.
 *
 * @module
 */

export { playScreens, type Screens } from "./play_screens.ts";
export { type LabelView, renderLabels } from "./render_labels.ts";
export { findScreens, renderBlock, replaceScreens, steady } from "./readme_screens.ts";
