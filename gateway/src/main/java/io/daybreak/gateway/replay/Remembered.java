package io.daybreak.gateway.replay;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets its oldest entry when it is full: what a long execution remembers stays bounded. Not thread safe. */
final class Remembered<K, V> {
    /** Entries of one map; some 150 bytes each. */
    static final int MOST = 1 << 20;

    private final int most;
    private final Map<K, V> entries = new LinkedHashMap<>();
    private long forgotten;

    Remembered(final int most) {
        this.most = most;
    }

    void put(final K key, final V value) {
        entries.put(key, value);
        if (entries.size() > most) {
            entries.remove(entries.keySet().iterator().next());
            forgotten++;
        }
    }

    V get(final K key) {
        return entries.get(key);
    }

    boolean contains(final K key) {
        return entries.containsKey(key);
    }

    int size() {
        return entries.size();
    }

    /** How many had to go. */
    long forgotten() {
        return forgotten;
    }
}
