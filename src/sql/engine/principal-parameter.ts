/** By which the relay tells the engine whose session it is. From a client it goes no further than the relay. */
export const principalParameter = 'weir.principal'
