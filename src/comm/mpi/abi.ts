import { UnavailableError } from '../../errors/index.ts';
import type { ElementType, Reduction } from '../elements.ts';
import type { MpiLibrary } from './library.ts';

/** Handles and constants of one MPI, all as the numbers that go into a register. */
export interface Abi {
  readonly name: 'Open MPI' | 'MPICH';
  readonly world: number;
  readonly bytes: number;
  readonly types: Readonly<Record<ElementType, number>>;
  readonly reductions: Readonly<Record<Reduction, number>>;
  readonly errorsReturn: number;
  readonly inPlace: number;
  readonly statusIgnore: number;
  readonly anySource: number;
}

/** What MPI_Get_library_version begins with, in the libraries that share MPICH's binary interface. */
const mpichFamily = /MPICH|Intel\(R\) MPI|MVAPICH|CRAY/i;

/** @param version as MPI_Get_library_version gives it */
export function abiOf(version: string, library: MpiLibrary): Abi {
  if (/Open MPI/i.test(version)) return openMpi(library);
  if (mpichFamily.test(version)) return mpich;
  throw new UnavailableError('this MPI is not known', {
    got: version.split('\n')[0],
    expected: 'Open MPI, or one with the binary interface of MPICH (MPICH, Intel MPI, Cray MPICH, MVAPICH)',
    remedy: 'Name the library of one of these in CREDENCE_MPI',
  });
}

/** Open MPI's handles are the addresses of its objects. */
function openMpi({ koffi, handle }: MpiLibrary): Abi {
  const address = (name: string) => Number(koffi.address(handle.symbol(name)));
  return {
    name: 'Open MPI',
    world: address('ompi_mpi_comm_world'),
    bytes: address('ompi_mpi_byte'),
    types: {
      float32: address('ompi_mpi_float'),
      float64: address('ompi_mpi_double'),
      bfloat16: address('ompi_mpi_uint16_t'),
      int32: address('ompi_mpi_int32_t'),
      int64: address('ompi_mpi_int64_t'),
    },
    reductions: {
      sum: address('ompi_mpi_op_sum'),
      max: address('ompi_mpi_op_max'),
      min: address('ompi_mpi_op_min'),
    },
    errorsReturn: address('ompi_mpi_errors_return'),
    inPlace: 1,
    statusIgnore: 0,
    anySource: -1,
  };
}

/** The MPICH ABI Compatibility Initiative fixes these numbers. */
const mpich: Abi = {
  name: 'MPICH',
  world: 0x44000000,
  bytes: 0x4c00010d,
  types: {
    float32: 0x4c00040a,
    float64: 0x4c00080b,
    bfloat16: 0x4c00023c,
    int32: 0x4c000439,
    int64: 0x4c00083a,
  },
  reductions: { sum: 0x58000003, max: 0x58000001, min: 0x58000002 },
  errorsReturn: 0x54000001,
  inPlace: -1,
  statusIgnore: 1,
  anySource: -2,
};
