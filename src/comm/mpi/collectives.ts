/**
 * Collectives over MPI. A file of some length: each is a small machine over the same team, slots and queue, and they are read
 * beside each other.
 */
import { type Reducer, reducerOf } from '../arithmetic.ts';
import { type Call, comparedWords } from '../call.ts';
import type { FoldRequest } from '../communicator.ts';
import { type Elements, type ElementType, type Reduction, shareBegin, typeOf } from '../elements.ts';
import { Fold, foldMemory, leftToRight, partsOffset } from '../fold.ts';
import { type CollectiveQueue, QueuedCollective } from '../queue.ts';
import type { MpiFunctions, Slots } from './functions.ts';

/** What a collective needs of its rank's communicator. Operations of one kind are started in one order on all ranks. */
export interface MpiTeam extends CollectiveQueue {
  readonly mpi: MpiFunctions;
  /** MPI communicators: for headers, for what follows them, for what follows that */
  readonly headers: number;
  readonly payloads: number;
  readonly results: number;
  /** Finds out what each rank does. @throws CommunicationError always */
  disagree(collective: QueuedCollective): never;
}

const headerSent = 0;
const payloadSent = 1;
const payloadOver = 2;
const resultsOver = 3;

/**
 * A collective over MPI. First the ranks compare what they are about to do: the minimum over all ranks of a header and
 * of its complement are each other's complement if and only if all headers are the same. Only then do elements travel,
 * so ranks that do different things meet in an error and not in a hang.
 */
abstract class MpiCollective extends QueuedCollective {
  protected readonly team: MpiTeam;
  /** the header's request, then those of the payload, then those of the results */
  readonly #requests: Slots;
  readonly #payloads: number;
  readonly #results: number;
  readonly #comparison = new Int32Array(new SharedArrayBuffer(8 * comparedWords));
  readonly #comparisonAddress: number;

  /**
   * @param complete the last stage
   * @param payloads requests that the payload takes, and the results theirs
   */
  constructor(team: MpiTeam, call: Call, complete: number, payloads: number, results = 0) {
    super(team, call, complete);
    this.team = team;
    this.#payloads = payloads;
    this.#results = results;
    this.#requests = team.mpi.slots(1 + payloads + results);
    this.#comparisonAddress = team.mpi.address(this.#comparison);
  }

  post(): void {
    const { mpi, headers } = this.team;
    for (let i = 0; i < comparedWords; i++) {
      this.#comparison[i] = this.header[i];
      this.#comparison[comparedWords + i] = ~this.header[i];
    }
    const { abi } = mpi;
    const { types, reductions } = abi;
    mpi.call(
      'MPI_Iallreduce',
      abi.inPlace,
      this.#comparisonAddress,
      2 * comparedWords,
      types.int32,
      reductions.min,
      headers,
      this.request(0),
    );
  }

  advance(limit: number): void {
    if (this.#isAt(headerSent, limit) && this.#areOver(0, 1)) {
      for (let i = 0; i < comparedWords; i++) {
        if (this.#comparison[i] !== ~this.#comparison[comparedWords + i]) this.team.disagree(this);
      }
      this.send();
      this.stage = payloadSent;
    }
    if (this.#isAt(payloadSent, limit) && this.#areOver(1, this.#payloads)) {
      this.combine();
      this.stage = payloadOver;
    }
    if (this.#isAt(payloadOver, limit) && this.#areOver(1 + this.#payloads, this.#results)) this.stage = resultsOver;
  }

  /** Sends the payload. */
  protected abstract send(): void;

  /** What follows when the payload is there. */
  protected combine(): void {}

  protected request(index: number): number {
    return this.#requests.address + 8 * index;
  }

  /** Whether it is in a stage, may leave it, and has to. */
  #isAt(stage: number, limit: number): boolean {
    return this.stage === stage && stage < limit && stage !== this.complete;
  }

  #areOver(first: number, count: number): boolean {
    const { mpi } = this.team;
    for (let i = first; i < first + count; i++) if (!mpi.test(this.request(i))) return false;
    return true;
  }
}

/** The headers have met: nothing else is needed. */
export class MpiBarrier extends MpiCollective {
  constructor(team: MpiTeam, call: Call) {
    super(team, call, payloadSent, 0);
  }

  protected send(): void {}
}

export class MpiAllreduce extends MpiCollective {
  readonly #values: Elements;
  readonly #address: number;
  readonly #reduction: Reduction;

  constructor(team: MpiTeam, call: Call, values: Elements, reduction: Reduction) {
    super(team, call, payloadOver, 1);
    this.#values = values;
    this.#address = team.mpi.addressOfPayload(values);
    this.#reduction = reduction;
  }

  protected send(): void {
    const { mpi, payloads } = this.team;
    const { inPlace, types, reductions } = mpi.abi;
    const type = types[typeOf(this.#values)];
    const { length } = this.#values;
    const reduction = reductions[this.#reduction];
    mpi.call('MPI_Iallreduce', inPlace, this.#address, length, type, reduction, payloads, this.request(1));
  }
}

export class MpiBroadcast extends MpiCollective {
  readonly #values: Elements;
  readonly #address: number;
  readonly #root: number;

  constructor(team: MpiTeam, call: Call, values: Elements, root: number) {
    super(team, call, payloadOver, 1);
    this.#values = values;
    this.#address = team.mpi.address(values);
    this.#root = root;
  }

  protected send(): void {
    const { mpi, payloads } = this.team;
    const type = mpi.abi.types[typeOf(this.#values)];
    mpi.call('MPI_Ibcast', this.#address, this.#values.length, type, this.#root, payloads, this.request(1));
  }
}

export class MpiAllgather extends MpiCollective {
  readonly #own: Elements;
  protected readonly all: Elements;
  readonly #addresses: { readonly own: number; readonly all: number };

  constructor(team: MpiTeam, call: Call, own: Elements, all: Elements) {
    super(team, call, payloadOver, 1);
    this.#own = own;
    this.all = all;
    this.#addresses = { own: team.mpi.address(own), all: team.mpi.address(all) };
  }

  protected send(): void {
    const { mpi, payloads } = this.team;
    const type = mpi.abi.types[typeOf(this.#own)];
    const { own, all } = this.#addresses;
    const { length } = this.#own;
    mpi.call('MPI_Iallgather', own, length, type, all, length, type, payloads, this.request(1));
  }
}

/** A message of a plan: elements of `address` on to or from another rank. */
interface Message {
  readonly rank: number;
  readonly address: number;
  readonly count: number;
}

/**
 * A reduction whose arithmetic is done here: every rank gets its share of the elements of all ranks' parts, reduces
 * them, and gives its share of the result to all. The volume is that of the best ordinary allreduce. The messages go
 * from rank to rank: MPI's non-blocking collective for the same is no faster, and Open MPI 4.1 hangs in it where a rank
 * has nothing to send or receive.
 */
abstract class MpiShares extends MpiCollective {
  readonly #type: ElementType;
  readonly #plan: SharePlan;
  /** kept alive: MPI has only their addresses */
  protected readonly memory: readonly Elements[];
  /** this rank's share of every rank's parts, in their order */
  protected readonly shares: readonly Elements[];
  /** this rank's share of the total */
  protected readonly share: Elements;

  /** @param allocate makes an array for what the other ranks send, as long as said */
  constructor(
    team: MpiTeam,
    call: Call,
    { parts, counts, total }: { parts: readonly Elements[]; counts: readonly number[]; total: Elements },
    allocate: (count: number) => Elements,
  ) {
    const { mpi, rank, size } = team;
    const begins = Array.from({ length: size + 1 }, (_, other) => shareBegin(total.length, other, size));
    const [begin, end] = [begins[rank], begins[rank + 1]];
    const foreign = counts.reduce((sum, count, other) => (other === rank ? sum : sum + count), 0);
    const staging = allocate(foreign * (end - begin));
    const addresses = new Map([total, staging, ...parts].map((values) => [values, mpi.addressOfPayload(values)]));
    const at = (values: Elements, element: number) => addresses.get(values)! + element * values.BYTES_PER_ELEMENT;

    const plan: SharePlan = { receive: [], send: [], receiveResults: [], sendResults: [] };
    const shares: Elements[] = [];
    let place = 0;
    for (let other = 0; other < size; other++) {
      if (other === rank) {
        shares.push(...parts.map((part) => part.subarray(begin, end)));
        continue;
      }
      const theirs = begins[other + 1] - begins[other];
      const own = end - begin;
      for (const part of parts) addMessage(plan.send, { rank: other, address: at(part, begins[other]), count: theirs });
      for (let i = 0; i < counts[other]; i++, place += own) {
        addMessage(plan.receive, { rank: other, address: at(staging, place), count: own });
        shares.push(staging.subarray(place, place + own));
      }
      addMessage(plan.receiveResults, { rank: other, address: at(total, begins[other]), count: theirs });
      addMessage(plan.sendResults, { rank: other, address: at(total, begin), count: own });
    }
    const payloads = plan.receive.length + plan.send.length;
    super(team, call, resultsOver, payloads, plan.receiveResults.length + plan.sendResults.length);
    this.#type = typeOf(total);
    this.#plan = plan;
    this.memory = [...parts, total, staging];
    this.shares = shares;
    this.share = total.subarray(begin, end);
  }

  protected send(): void {
    this.#exchange(this.#plan.receive, this.#plan.send, this.team.payloads, 1);
  }

  protected override combine(): void {
    this.reduce();
    const { receive, send, receiveResults, sendResults } = this.#plan;
    this.#exchange(receiveResults, sendResults, this.team.results, 1 + receive.length + send.length);
  }

  /** `shares` become `share`. */
  protected abstract reduce(): void;

  /** Starts messages; between two ranks they keep their order, so one tag will do. */
  #exchange(receive: readonly Message[], send: readonly Message[], communicator: number, request: number): void {
    const { mpi } = this.team;
    const type = mpi.abi.types[this.#type];
    for (let i = 0; i < receive.length; i++) {
      const { rank, address, count } = receive[i];
      mpi.call('MPI_Irecv', address, count, type, rank, 0, communicator, this.request(request + i));
    }
    for (let i = 0; i < send.length; i++) {
      const { rank, address, count } = send[i];
      const own = this.request(request + receive.length + i);
      mpi.call('MPI_Isend', address, count, type, rank, 0, communicator, own);
    }
  }
}

/** Empty messages are left out, on both sides. */
function addMessage(list: Message[], message: Message): void {
  if (message.count > 0) list.push(message);
}

interface SharePlan {
  readonly receive: Message[];
  readonly send: Message[];
  readonly receiveResults: Message[];
  readonly sendResults: Message[];
}

/** Sums in float32, in the order of `merges`; what the other ranks send is received where it is added. */
export class MpiFold extends MpiShares {
  readonly #fold: Fold;

  constructor(team: MpiTeam, call: Call, request: FoldRequest) {
    const { merges } = request;
    let memory = foldMemory(0, merges);
    super(team, call, request, (count) => {
      memory = foldMemory(4 * count, merges);
      return new Float32Array(memory.buffer, partsOffset(merges), count);
    });
    this.#fold = new Fold(this.shares as readonly Float32Array[], merges, [this.share as Float32Array], memory);
  }

  protected reduce(): void {
    this.#fold.run();
  }
}

/** A sum of float32 over ranks, rank 0 first. */
export class MpiSum extends MpiFold {
  constructor(team: MpiTeam, call: Call, values: Float32Array) {
    const counts = Array.from({ length: team.size }, () => 1);
    super(team, call, { parts: [values], counts, merges: leftToRight(team.size), total: values });
  }
}

/** What MPI has no type for: bfloat16. */
export class MpiReduction extends MpiShares {
  readonly #reducer: Reducer;

  constructor(team: MpiTeam, call: Call, values: Elements, reduction: Reduction) {
    const counts = Array.from({ length: team.size }, () => 1);
    const Kind = values.constructor as new (buffer: SharedArrayBuffer) => Elements;
    super(team, call, { parts: [values], counts, total: values }, (count) => {
      return new Kind(new SharedArrayBuffer(count * values.BYTES_PER_ELEMENT));
    });
    this.#reducer = reducerOf(values, reduction);
  }

  protected reduce(): void {
    this.#reducer(this.share, this.shares, 0, this.share.length);
  }
}
