/**
 * What the switch core needs from outside: small interfaces with no library types but Agrona buffers. Each says which
 * thread calls it.
 */
package io.daybreak.port;
