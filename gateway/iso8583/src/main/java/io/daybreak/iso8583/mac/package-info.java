/**
 * Message authentication codes and the wrapping of their keys. A MAC belongs to one thread; keys may be shared.
 */
package io.daybreak.iso8583.mac;
