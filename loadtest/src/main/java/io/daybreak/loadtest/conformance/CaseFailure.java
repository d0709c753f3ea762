package io.daybreak.loadtest.conformance;

/** A case has found something wrong; its message says what, without card data. */
final class CaseFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CaseFailure(final String message) {
        super(message);
    }
}
