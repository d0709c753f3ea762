/** The command line of loadtest.jar. */
package io.daybreak.loadtest.cli;
