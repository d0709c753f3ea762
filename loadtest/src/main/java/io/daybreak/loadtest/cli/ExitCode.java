package io.daybreak.loadtest.cli;

/** Exit codes of every command. */
final class ExitCode {
    /** Done, and the money is proved. */
    static final int OK = 0;
    /** Something that should not happen. */
    static final int UNEXPECTED = 1;
    /** The money does not agree: a failed run. */
    static final int MONEY_DIFFERS = 2;
    /** A case of a conformance run failed. */
    static final int CASE_FAILED = 2;
    /** No connection, sign-on refused, or a connection was lost on the way. */
    static final int CONNECTION = 3;
    /** The proof could not be completed: accounts not readable, transfers not to be told. */
    static final int PROOF_INCOMPLETE = 4;
    /** Outcomes of a replay are not those of the recording. */
    static final int OUTCOMES_DIFFER = 5;
    /** The command line or a file that it names is wrong. */
    static final int USAGE = 64;

    private ExitCode() {
    }
}
