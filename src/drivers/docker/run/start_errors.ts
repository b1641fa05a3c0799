import { AppError } from "../../../lib/errors.ts";
import type { FailureReason } from "../../../environments/core/environment/failure.ts";
import { imageNotFound, lastWords } from "../errors.ts";

/** A reason for which an engine does not start a container. */
interface Cause {
  readonly words: RegExp;
  readonly code: FailureReason;
  /** The state in words; `$1` stands for the first group of `words`. */
  readonly state: string;
  readonly hint: string;
}

const NO_IMAGE =
  /no such image|manifest unknown|manifest for .* not found|pull access denied|repository .* not found|not found: manifest|name unknown|invalid reference format|denied: requested access/i;
const PORT_TAKEN = /port is already allocated|address already in use|ports are not available/i;

const CAUSES: readonly Cause[] = [
  {
    words: /exec:? "?([^":\s]+)"?: (?:.*exec format error)|exec format error/i,
    code: "unhealthy",
    state:
      "the program was built for another processor, or is a script without a first line such as #!/bin/sh",
    hint:
      "Set build.platform to the platform of the engine (`docker version` shows it), or add the script's first line",
  },
  {
    words: /exec: "([^"]*)": permission denied|exec (\S+): permission denied/i,
    code: "unhealthy",
    state: 'the program "$1" of the image may not be executed',
    hint: "Make the file executable in the Dockerfile (RUN chmod +x) or in Git (git update-index --chmod=+x)",
  },
  {
    words: /exec: "([^"]*)": .*(?:no such file or directory|executable file not found)/i,
    code: "unhealthy",
    state: 'the image has no program "$1"',
    hint:
      "Correct CMD and ENTRYPOINT in the Dockerfile; without brackets they need /bin/sh, which the image may lack",
  },
  {
    words: /no command specified/i,
    code: "unhealthy",
    state: "the image names no program to run",
    hint: "Add CMD or ENTRYPOINT to the Dockerfile",
  },
  {
    words: /oom-killed|memory limit too low|minimum memory limit|cgroup.*out of memory/i,
    code: "out_of_memory",
    state: "the memory of the size is too little for the container to start",
    hint: "Use a larger size, or a larger `memory` in environment.sizes",
  },
  {
    words:
      /range of cpus|no space left on device|cannot allocate memory|not enough (?:cpus|memory)|resource temporarily unavailable/i,
    code: "no_capacity",
    state: "the engine lacks CPUs, memory or disk space",
    hint: "Choose a smaller size, or free disk space and memory on the engine's machine",
  },
  {
    words: /network (\S+) not found/i,
    code: "unhealthy",
    state: 'the engine has no network "$1"',
    hint: "Make it with `docker network create`, or correct docker.network",
  },
  {
    words: /cannot assign requested address/i,
    code: "unhealthy",
    state: "the engine's machine does not have the address of docker.publish",
    hint: "Set docker.publish to an address of the engine's machine, such as 127.0.0.1",
  },
  {
    words: /unable to find (?:user|group) ([^:\s]+)|uids and gids must be in range/i,
    code: "unhealthy",
    state: "the image does not have the user that it is to run as",
    hint: "Correct USER in the Dockerfile, or add the user there",
  },
  {
    words: /container name "\/?([^"]+)" is already in use/i,
    code: "not_ours",
    state: 'another container has the name "$1"',
    hint: "Look at it with `docker ps -a`, and remove it with `docker rm -f` if nothing needs it",
  },
  {
    words: /mount|volume|cannot mkdir|not a directory|workdir/i,
    code: "unhealthy",
    state: "a folder of the container could not be set up",
    hint: "Correct VOLUME and WORKDIR in the Dockerfile",
  },
  {
    words: /does not match the (?:specified|detected) platform|does not provide the specified platform/i,
    code: "unhealthy",
    state: "the image is for another platform than the engine",
    hint: "Set build.platform to the platform of the engine; `docker version` shows it",
  },
];

/** Classifies a failure to create or start a container by the engine's message, which the error repeats. */
export function containerError(
  text: string,
  options: {
    readonly action: string;
    readonly image: string;
    readonly port: string;
    /** The container or program that holds the port, if that is known. */
    readonly holder?: string | undefined;
  },
): AppError {
  const { action, image, port, holder } = options;
  const detail = lastWords(text);
  if (isPortTaken(text)) {
    const by = holder === undefined ? "" : ` by ${holder}`;
    return new AppError("port_taken", `${action}: the port ${port} is taken${by} (${detail})`, {
      hint:
        "Free the port, or leave the port out of `docker.publish` so that every environment has a free one",
    });
  }
  if (NO_IMAGE.test(text)) return imageNotFound(action, { image, detail });
  const found = causeIn(text);
  if (found === undefined) {
    return new AppError("unhealthy", `${action}: the container could not be started (${detail})`, {
      hint: "Fix the cause that the engine reports, then start the environment again",
    });
  }
  const { code, state, hint } = found;
  return new AppError(code, `${action}: ${state} (${detail})`, { hint });
}

/**
 * Returns why the first program of a container could not be run. An engine may start a container and only
 * then find out: it writes `exec /start: exec format error` into the log, and the container ends.
 */
export function execFailure(
  log: readonly string[],
): { readonly state: string; readonly hint: string } | undefined {
  const line = log.findLast((each) => /^(?:standard_init_linux\.go:\d+: )?exec .*: /.test(each));
  if (line === undefined) return undefined;
  const missing = /^exec (\S+): no such file or directory$/.exec(line);
  if (missing !== null) {
    return {
      state: `the program "${missing[1]}" or the interpreter of its first line is not in the image (${line})`,
      hint: "Correct the first line of the script (#!), its line ends (LF, not CRLF), or CMD and ENTRYPOINT",
    };
  }
  const found = causeIn(line);
  return found === undefined ? undefined : { state: `${found.state} (${line})`, hint: found.hint };
}

/** Whether the engine says that the port to publish on is in use. */
export function isPortTaken(text: string): boolean {
  return PORT_TAKEN.test(text);
}

function causeIn(text: string): Cause | undefined {
  for (const cause of CAUSES) {
    const match = cause.words.exec(text);
    if (match === null) continue;
    return { ...cause, state: cause.state.replace("$1", match[1] ?? match[2] ?? "") };
  }
  return undefined;
}

/** Returns what to do about a container that ended by itself, by its exit code and the last lines of its log. */
export function endHint(code: number, tail: readonly string[]): string {
  if (code === 0) {
    return "The program ended by itself: let CMD in the Dockerfile run the server in the foreground";
  }
  if (tail.length === 0) {
    return "It wrote nothing before it ended: check CMD and ENTRYPOINT in the Dockerfile";
  }
  return "The last lines of its log show the reason";
}
