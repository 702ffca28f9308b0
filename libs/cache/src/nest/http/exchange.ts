import type { ExecutionContext } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';

type HeaderValue = string | number | string[] | null | undefined;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request and its response, alike on every HTTP adapter. */
export class Exchange {
  readonly request: { readonly headers: Headers };
  /**
   * Whether the response is settled. A handler that runs on behind a stale answer has none any more:
   * what stands there is the cache's own.
   */
  isAnswered = false;
  private readonly response: { readonly statusCode: number };

  constructor(
    private readonly adapter: AbstractHttpAdapter,
    context: ExecutionContext,
  ) {
    const http = context.switchToHttp();
    this.request = http.getRequest();
    this.response = http.getResponse();
  }

  /** In capitals. */
  get method(): string {
    return this.adapter.getRequestMethod(this.request) as string;
  }

  /** Path and query, as they were sent. */
  get url(): string {
    return this.adapter.getRequestUrl(this.request) as string;
  }

  get status(): number {
    return this.response.statusCode;
  }

  set status(code: number) {
    this.adapter.status(this.response, code);
  }

  /** Of the request; several values are one text, as HTTP allows. Undefined when it was not sent. */
  requestHeader(name: string): string | undefined {
    const value = this.request.headers[name.toLowerCase()];
    return typeof value === 'string' || value === undefined ? value : value.join(', ');
  }

  responseHeader(name: string): string | undefined {
    const value = this.adapter.getHeader(this.response, name) as HeaderValue;
    return Array.isArray(value) ? value.join(', ') : value?.toString();
  }

  setResponseHeader(name: string, value: string): void {
    this.adapter.setHeader(this.response, name, value);
  }
}
