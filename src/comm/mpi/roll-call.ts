import { headerWords } from '../call.ts';
import type { MpiFunctions, Slots } from './functions.ts';

/** What one rank tells another outside of collectives, in words: who, what kind, the header, a reason as UTF-8. */
const word = { rank: 0, kind: 1, reasonBytes: 2, header: 8, reason: 8 + headerWords, total: 160 } as const;
const kind = { present: 1, abort: 2 } as const;
const tag = 7;
const reasonBytes = 4 * (word.total - word.reason);

/** What is known of a rank that has spoken. */
export interface Word {
  readonly rank: number;
  readonly isAbort: boolean;
  readonly header: Int32Array;
  readonly reason: string;
}

/**
 * Messages from rank to rank for when something has gone wrong. A rank that has waited in vain tells the others what it
 * waits in; those that wait too answer with the same, and who does not answer is missing. It costs nothing before.
 */
export class RollCall {
  readonly #mpi: MpiFunctions;
  readonly #communicator: number;
  readonly #rank: number;
  readonly #size: number;
  readonly #incoming = new Int32Array(new SharedArrayBuffer(4 * word.total));
  readonly #incomingAddress: number;
  /** kept alive until the end of the process: sends to a rank that is gone are never complete */
  readonly #sent: { readonly message: Int32Array; readonly requests: Slots }[] = [];

  constructor(mpi: MpiFunctions, communicator: number, rank: number, size: number) {
    this.#mpi = mpi;
    this.#communicator = communicator;
    this.#rank = rank;
    this.#size = size;
    this.#incomingAddress = mpi.address(this.#incoming);
  }

  /** Tells all others what this rank waits in. */
  announce(header: Int32Array): void {
    this.#send(kind.present, header, '');
  }

  /** Tells all others that this rank gives up. */
  giveUp(reason: string): void {
    this.#send(kind.abort, new Int32Array(headerWords), reason);
  }

  hears(): boolean {
    return this.#mpi.probe(tag, this.#communicator);
  }

  /** @returns the next message; null if there is none */
  receive(): Word | null {
    if (!this.hears()) return null;
    const { abi } = this.#mpi;
    this.#mpi.call(
      'MPI_Recv',
      this.#incomingAddress,
      4 * word.total,
      abi.bytes,
      abi.anySource,
      tag,
      this.#communicator,
      abi.statusIgnore,
    );
    const message = this.#incoming.slice();
    const bytes = new Uint8Array(message.buffer, 4 * word.reason, message[word.reasonBytes]);
    return {
      rank: message[word.rank],
      isAbort: message[word.kind] === kind.abort,
      header: message.slice(word.header, word.header + headerWords),
      reason: new TextDecoder().decode(bytes),
    };
  }

  #send(what: number, header: Int32Array, reason: string): void {
    const message = new Int32Array(new SharedArrayBuffer(4 * word.total));
    const bytes = new Uint8Array(reasonBytes);
    message[word.rank] = this.#rank;
    message[word.kind] = what;
    message[word.reasonBytes] = new TextEncoder().encodeInto(reason, bytes).written;
    message.set(header, word.header);
    message.set(new Int32Array(bytes.buffer), word.reason);
    const requests = this.#mpi.slots(this.#size);
    this.#sent.push({ message, requests });
    const address = this.#mpi.address(message);
    for (let rank = 0; rank < this.#size; rank++) {
      if (rank === this.#rank) continue;
      this.#mpi.call(
        'MPI_Isend',
        address,
        4 * word.total,
        this.#mpi.abi.bytes,
        rank,
        tag,
        this.#communicator,
        requests.address + 8 * rank,
      );
    }
  }
}
