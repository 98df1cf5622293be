import { CommunicationError } from '../../errors/index.ts';
import { type Abi, abiOf } from './abi.ts';
import type { MpiLibrary } from './library.ts';

/** A handle, or an address in this process: below 2^53. */
type Word = number;

/** Words of 8 bytes: handles of communicators and requests that MPI fills in. */
export interface Slots {
  readonly words: Int32Array;
  readonly address: Word;
}

const word = 'intptr_t';
const hugePage = 2 ** 21;

/**
 * The functions of MPI that are used here, with handles and addresses as plain numbers. All memory that is passed by
 * address lies outside of the JavaScript heap, so it does not move; whoever starts an operation keeps it alive.
 */
export class MpiFunctions {
  readonly abi: Abi;
  readonly version: string;
  readonly #library: MpiLibrary;
  readonly #call: Readonly<Record<string, (...values: number[]) => number>>;
  readonly #flag = new Int32Array(new SharedArrayBuffer(64));
  readonly #flagAddress: Word;

  constructor(library: MpiLibrary) {
    this.#library = library;
    this.#call = Object.fromEntries(
      Object.entries(signatures).map(([name, types]) => [name, library.handle.func(name, 'int', [...types])]),
    );
    this.#flagAddress = this.address(this.#flag);
    this.version = this.#readVersion();
    this.abi = abiOf(this.version, library);
  }

  /** Of the first element: it must lie in shared memory or in a WebAssembly.Memory. */
  address(values: ArrayBufferView): Word {
    return Number(this.#library.koffi.address(values));
  }

  /**
   * The address of what is to be sent and received again and again: large arrays move to huge pages, where the system
   * has them. From process to process every page is looked up: 4.4 MB over two ranks take a third of the time.
   */
  addressOfPayload(values: ArrayBufferView): Word {
    const address = this.address(values);
    if (process.platform === 'linux' && values.byteLength >= hugePage / 2) {
      const begin = Math.floor(address / hugePage) * hugePage;
      const bytes = Math.ceil((address + values.byteLength) / hugePage) * hugePage - begin;
      // Advice: where it is not taken, nothing is lost.
      this.#call.madvise(begin, bytes, 14); // MADV_HUGEPAGE: from now on
      this.#call.madvise(begin, bytes, 25); // MADV_COLLAPSE: the pages that are there, since Linux 6.1
    }
    return address;
  }

  slots(count: number): Slots {
    const words = new Int32Array(new SharedArrayBuffer(8 * count));
    return { words, address: this.address(words) };
  }

  /** @throws CommunicationError when MPI reports one, by the name of the function */
  call(name: keyof typeof signatures, ...values: Word[]): void {
    const code = this.#call[name](...values);
    if (code !== 0) throw new CommunicationError(`${name} failed`, { got: `error code ${code} of ${this.abi.name}` });
  }

  /** @returns whether the operation of a request is complete; of one that was, it stays so */
  test(request: Word): boolean {
    const code = this.#call.MPI_Test(request, this.#flagAddress, this.abi.statusIgnore);
    if (code !== 0) throw new CommunicationError('MPI_Test failed', { got: `error code ${code} of ${this.abi.name}` });
    return this.#flag[0] !== 0;
  }

  /** @returns whether a message with this tag waits to be received */
  probe(tag: number, communicator: Word): boolean {
    // A status is at most 64 bytes in either ABI; it is not read.
    this.call('MPI_Iprobe', this.abi.anySource, tag, communicator, this.#flagAddress, this.abi.statusIgnore);
    return this.#flag[0] !== 0;
  }

  /** A number that a function writes to an address. */
  number(name: 'MPI_Comm_rank' | 'MPI_Comm_size', communicator: Word): number {
    this.call(name, communicator, this.#flagAddress);
    return this.#flag[0];
  }

  /** A private copy of a communicator, on which errors are returned and not fatal. */
  duplicate(communicator: Word): Word {
    const slot = this.slots(1);
    this.call('MPI_Comm_dup', communicator, slot.address);
    const handle = this.abi.name === 'MPICH' ? slot.words[0] : (slot.words[0] >>> 0) + (slot.words[1] >>> 0) * 2 ** 32;
    this.call('MPI_Comm_set_errhandler', handle, this.abi.errorsReturn);
    return handle;
  }

  /** Lets another rank have the core. */
  yield(): void {
    this.#call.sched_yield();
  }

  #readVersion(): string {
    const text = new Uint8Array(new SharedArrayBuffer(8192));
    this.#call.MPI_Get_library_version(this.address(text), this.#flagAddress);
    const end = text.indexOf(0);
    return new TextDecoder().decode(text.slice(0, end < 0 ? text.length : end));
  }
}

const signatures = {
  MPI_Get_library_version: [word, word],
  MPI_Initialized: [word],
  MPI_Init: [word, word],
  MPI_Finalize: [],
  MPI_Abort: [word, 'int'],
  MPI_Comm_rank: [word, word],
  MPI_Comm_size: [word, word],
  MPI_Comm_dup: [word, word],
  MPI_Comm_set_errhandler: [word, word],
  MPI_Test: [word, word, word],
  MPI_Iprobe: ['int', 'int', word, word, word],
  MPI_Isend: [word, 'int', word, 'int', 'int', word, word],
  MPI_Recv: [word, 'int', word, 'int', 'int', word, word],
  MPI_Iallreduce: [word, word, 'int', word, word, word, word],
  MPI_Ibcast: [word, 'int', word, 'int', word, word],
  MPI_Iallgather: [word, 'int', word, word, 'int', word, word, word],
  MPI_Irecv: [word, 'int', word, 'int', 'int', word, word],
  sched_yield: [],
  madvise: [word, word, 'int'],
} as const;
