/**
 * The composition root: puts data directory, journal, state machine, pipeline and links together, starts and stops them.
 * Runs on the process's main thread and on its shutdown thread.
 */
package io.daybreak.gateway.launch;
