/**
 * The command line: {@code daybreak.jar serve}, {@code admin}, {@code config}, {@code version}. Each command is a class;
 * results go to standard output, everything else to standard error. Main thread only.
 */
package io.daybreak.gateway.cli;
