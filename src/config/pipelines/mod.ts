/**
 * Pipelines from the text of their file: YAML or JSON, with all problems at once. Everything here is pure: no code in this
 * folder reads a file, and no package for schemas is loaded, since a build has to start fast. The meaning of the keys is
 * decided in `pipelines/core/file`.
 *
 * @module
 */

export { type LoadedPipeline, loadPipeline, parsePipeline, type PipelineText } from "./load_pipeline.ts";
export { PipelineFileError, type PipelineFileProblem, renderFileProblem } from "./pipeline_file_error.ts";
