package io.daybreak.loadtest.conformance;

/** What a case needs beside a switch and its wallets. */
enum Need {
    /** An issuer simulator inside this run, to which the switch connects. */
    ISSUER("--issuer-port, and a switch that routes 990002 to it"),
    /** A link with MACs. */
    MAC("a link with MACs"),
    /** A link without MACs. */
    NO_MAC("a link without MACs"),
    /** ISO 8583:1987. */
    VERSION_1987("a 1987 link"),
    /** ISO 8583:1993. */
    VERSION_1993("a 1993 link"),
    /** Characters. */
    ASCII("an ASCII link"),
    /** BCD. */
    BCD("a BCD link"),
    /** More than some seconds. */
    TIME("time: left out by --quick");

    private final String words;

    Need(final String words) {
        this.words = words;
    }

    /** As a person reads it. */
    String words() {
        return words;
    }
}
