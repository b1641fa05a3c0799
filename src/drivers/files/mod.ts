/**
 * Files of the folder that the program is run in, for what writes some: paths go no way up and out of it. Nothing here
 * knows what the files are for.
 *
 * @module
 */

export { makeFiles } from "./folder.ts";
