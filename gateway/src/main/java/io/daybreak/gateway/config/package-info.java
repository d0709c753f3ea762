/**
 * The server's settings: one reference file with every default, read and checked once at start into immutable records.
 * No thread of its own.
 */
package io.daybreak.gateway.config;
