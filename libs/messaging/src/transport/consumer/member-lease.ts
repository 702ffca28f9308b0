/**
 * The end of a lease, as a share of it, in which its holder begins nothing: clocks may run at
 * slightly different speeds.
 */
const safety = 0.1;

/** What a member may rely on by its own, monotonic clock. */
export class MemberLease {
  private endsAt = 0;

  constructor(readonly leaseMs: number) {}

  /** Whether the server surely has no other owner for this member's partitions. */
  get holds(): boolean {
    return performance.now() < this.endsAt;
  }

  /** @param askedAt `performance.now()` before the renewal was sent: the server counts from later. */
  renewed(askedAt: number): void {
    this.endsAt = askedAt + this.leaseMs * (1 - safety);
  }
}
