/** The W3C Trace Context of a caller, as it came: what this service passes on. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Version, trace, span, flags. Neither id may be all zeros, and version ff is none. */
const TRACEPARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/;
/** What every party should be able to pass on. */
const LONGEST = 512;

/** Those among the headers of a request or message, when they are sane. */
export function traceHeadersFrom(
  headers: Readonly<Record<string, unknown>>,
): TraceHeaders | undefined {
  const { traceparent, tracestate } = headers;
  if (!isShort(traceparent) || !TRACEPARENT.test(traceparent)) return undefined;
  return isShort(tracestate) ? { traceparent, tracestate } : { traceparent };
}

export function traceIdOf({ traceparent }: TraceHeaders): string {
  return traceparent.slice(3, 35);
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST;
}
