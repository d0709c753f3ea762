package io.daybreak.memory;

import org.agrona.UnsafeApi;

import java.util.Arrays;

/**
 * Remembers words before they change, so that a linked chain that fails leaves no trace. Off outside chains, where the
 * state machine checks everything before it changes anything.
 * <p>
 * Ledger thread only. Bounded by the greatest chain: it grows to what that needs and stays.
 */
public final class UndoLog {
    private long[] addresses = new long[4_096];
    private long[] values = new long[4_096];
    private int size;
    private boolean active;

    /** Starts to remember. */
    public void begin() {
        assert !active && size == 0;
        active = true;
    }

    /** Remembers {@code words} words from {@code address} on, if a chain is being applied. */
    public void save(final long address, final int words) {
        if (active) {
            saveWords(address, words);
        }
    }

    private void saveWords(final long address, final int words) {
        if (size + words > addresses.length) {
            addresses = Arrays.copyOf(addresses, addresses.length * 2 + words);
            values = Arrays.copyOf(values, addresses.length);
        }
        for (int i = 0; i < words; i++) {
            addresses[size] = address + i * 8L;
            values[size] = UnsafeApi.getLong(address + i * 8L);
            size++;
        }
    }

    /** Puts every word back, the youngest first, and ends. */
    public void rollback() {
        while (size > 0) {
            size--;
            UnsafeApi.putLong(addresses[size], values[size]);
        }
        active = false;
    }

    /** Forgets what was remembered, and ends. */
    public void commit() {
        size = 0;
        active = false;
    }
}
