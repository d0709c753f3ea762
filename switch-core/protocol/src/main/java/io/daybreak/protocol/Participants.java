package io.daybreak.protocol;

/** Words of participants, their roles and grants. */
public final class Participants {
    /** The switch itself: ticks and the limits it starts with. Nobody can sign on as it. */
    public static final int SYSTEM = 0;
    /** The operator that {@code serve} creates on an empty journal. */
    public static final int FIRST_OPERATOR = 1;
    /** Largest participant id. */
    public static final int MAX_ID = 65_535;

    /** Role: may administer, and may debit and read every account. */
    public static final int ROLE_OPERATOR = 1;
    /** Role: may sign on and submit. Without it the participant is barred. */
    public static final int ROLE_ACTIVE = 2;
    /** Role: a node of this switch; may follow the journal and be promoted. At most 8 participants. */
    public static final int ROLE_STANDBY = 4;

    /** Grant kind: one account, {@code fromValue}; {@code toValue} 0. */
    public static final int GRANT_ACCOUNT = 1;
    /** Grant kind: account ids from {@code fromValue} to {@code toValue}, both included, unsigned. */
    public static final int GRANT_RANGE = 2;
    /** Grant kind: accounts whose code is {@code fromValue}; {@code toValue} 0. */
    public static final int GRANT_CODE = 3;
    /** Right: read balances and transfers. */
    public static final int RIGHT_READ = 1;
    /** Right: debit; includes READ. */
    public static final int RIGHT_DEBIT = 2;

    private Participants() {
    }
}
