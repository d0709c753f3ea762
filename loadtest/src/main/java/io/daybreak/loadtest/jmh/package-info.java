/** Microbenchmarks, run by {@code java -jar loadtest.jar jmh}. Correctness is checked inside each. */
package io.daybreak.loadtest.jmh;
