package io.daybreak.loadtest.conformance;

/** A case cannot be run here; its message says what it needs. */
final class CaseSkipped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CaseSkipped(final String message) {
        super(message);
    }
}
