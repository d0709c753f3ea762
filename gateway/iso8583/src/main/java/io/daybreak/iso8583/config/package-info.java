/**
 * Reads configuration strictly: what is missing, wrong or unknown is a sentence that names the path and what is allowed.
 * At start only, any thread.
 */
package io.daybreak.iso8583.config;
