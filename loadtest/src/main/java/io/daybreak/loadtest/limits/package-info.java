/**
 * What the machine can do at this moment with nothing of the product in the way: messages echoed over loopback, hops between two threads,
 * random access to a table, synced writes. Each measurement has threads of its own and ends them; the caller's thread waits.
 */
package io.daybreak.loadtest.limits;
