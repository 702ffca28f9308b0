/** Why and since when a group reads nothing. */
export interface Pause {
  /** By the clock of Redis. */
  readonly since: Date;
  readonly reason: string;
}

/** One consumer of a group. */
export interface MemberState {
  /** `<service>-<pid>-<random>`. */
  readonly name: string;
  /** 0 when it has not renewed its lease in time: it is about to be forgotten. */
  readonly leaseLeftMs: number;
}

/** How a group stands on one partition. */
export interface PartitionState {
  readonly partition: number;
  readonly owner: string | undefined;
  /** Entries delivered and not acknowledged. */
  readonly pending: number;
  /** Entries not delivered; undefined when entries were deleted by hand, so that Redis cannot tell. */
  readonly lag: number | undefined;
  /** Age of the oldest entry not acknowledged; 0 when there is none. */
  readonly oldestAgeMs: number;
}

/** How a group stands on one publisher's events. */
export interface GroupState {
  readonly group: string;
  readonly paused: Pause | undefined;
  readonly members: readonly MemberState[];
  readonly partitions: readonly PartitionState[];
  /** Entries not acknowledged, delivered or not, of all partitions. */
  readonly entries: number;
  /** Age of the oldest of them; 0 when there is none. */
  readonly oldestAgeMs: number;
  readonly deadLetters: number;
}

/** How a publisher's events stand. */
export interface PublisherState {
  readonly publisher: string;
  /** How many there are. */
  readonly partitions: number;
  /** Entries in them, acknowledged ones that are still kept among them. */
  readonly entries: number;
  /** Events that wait for their time. */
  readonly delayed: number;
  readonly groups: readonly GroupState[];
}
