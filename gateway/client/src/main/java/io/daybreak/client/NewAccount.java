package io.daybreak.client;

/**
 * An account to be created; operator only. Creating the same again is answered as a repeat.
 *
 * @param id     not 0, not all ones
 * @param ledger currency; not 0
 * @param code   what kind of account; 1 to 65,535
 * @param flags  bits of {@link io.daybreak.protocol.AccountFlags} within REQUEST_MASK
 */
public record NewAccount(long id, long userData128Hi, long userData128Lo, long userData64, int ledger, int code, int flags) {
    private static final int MAX_UINT16 = 0xFFFF;

    /** Checks only what would not fit on the wire: cut there, it would make an account of another kind. */
    public NewAccount {
        if (code < 0 || code > MAX_UINT16 || flags < 0 || flags > MAX_UINT16) {
            throw new IllegalArgumentException("code or flags of an account do not fit: " + code + ", " + flags);
        }
    }

    /** Without data of the sender. */
    public static NewAccount of(final long id, final int ledger, final int code, final int flags) {
        return new NewAccount(id, 0, 0, 0, ledger, code, flags);
    }
}
