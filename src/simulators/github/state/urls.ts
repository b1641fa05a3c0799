/** The addresses in answers: those of the API, and those of pages that people open. */
export class Urls {
  readonly api: string;
  readonly html = "https://github.com";
  readonly repository: string;

  constructor(api: string, repository: string) {
    this.api = api.replace(/\/+$/, "");
    this.repository = repository;
  }

  /** Returns an address below `/repos/<owner>/<name>`. */
  repo(path = "", repository = this.repository): string {
    return `${this.api}/repos/${repository}${path}`;
  }

  user(login: string): string {
    return `${this.api}/users/${encodeURIComponent(login)}`;
  }

  page(path: string): string {
    return `${this.html}/${path}`;
  }

  pull(number: number): string {
    return this.page(`${this.repository}/pull/${number}`);
  }
}

/** Formats a time, in milliseconds since 1970, as GitHub does: in whole seconds, UTC. */
export function iso(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
