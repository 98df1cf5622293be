/** Units: masses in solar masses, frequencies in Hz, distances in Mpc, times in seconds; SI where nothing is said. */

/** G M_sun / c^3: a solar mass in seconds */
export const solarMassSeconds = 4.925490947641267e-6;

/** G M_sun / c^2: a solar mass in metres */
export const solarMassMetres = 1476.6250380501247;

export const megaparsec = 3.085677581491367e22;

export const lightSpeed = 299_792_458;

/** reduced Planck constant, J s */
export const planck = 1.054571817e-34;

/** J / K */
export const boltzmann = 1.380649e-23;

/** Euler and Mascheroni's constant */
export const eulerGamma = 0.5772156649015329;
