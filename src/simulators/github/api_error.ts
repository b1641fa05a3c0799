/** One entry of `errors` in GitHub's answer to an invalid request. */
export interface FieldError {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
  readonly message?: string;
  readonly value?: string;
}

const STATUS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  unprocessable: 422,
} as const;

/** The reason why the simulated GitHub refuses a request. REST and GraphQL each word it in their own way. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly kind: keyof typeof STATUS;
  readonly errors: readonly FieldError[];

  constructor(kind: keyof typeof STATUS, message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.kind = kind;
    this.errors = errors;
  }

  get status(): number {
    return STATUS[this.kind];
  }

  /** The `type` of this error in a GraphQL answer. */
  get graphqlType(): string {
    return this.kind === "bad_request" ? "INVALID" : this.kind.toUpperCase();
  }

  /** The body of a REST answer. */
  get body(): Readonly<Record<string, unknown>> {
    return {
      message: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
      documentation_url: "https://docs.github.com/rest",
      status: String(this.status),
    };
  }

  /** The message of a GraphQL answer, whose errors have no `errors` entries. */
  get sentence(): string {
    const [first] = this.errors;
    if (first === undefined) return this.message;
    const subject = first.field.charAt(0).toUpperCase() + first.field.slice(1);
    if (first.code === "already_exists") return `${subject} has already been taken`;
    return first.message === undefined ? `${subject} is invalid` : `${subject}: ${first.message}`;
  }
}

export function validationFailed(...errors: readonly FieldError[]): ApiError {
  return new ApiError("unprocessable", "Validation Failed", errors);
}

export function notFound(message = "Not Found"): ApiError {
  return new ApiError("not_found", message);
}

export function forbidden(message: string): ApiError {
  return new ApiError("forbidden", message);
}
