/**
 * A load that one process cannot make: agents on other machines pay parts of it, each with accounts of its own and its own proof, and the
 * process that asked adds up what they found, as histograms. One thread for each connection.
 */
package io.daybreak.loadtest.agent;
