package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.text.Iso8583Message;

/** What the switch answered to a request, and checks on it; each check becomes a line of the case's protocol. Not thread safe. */
final class Answer {
    private static final int[] ECHOED_IN_ERROR = {7, 11, 12, 13, 32, 37, 41, 42, 49};
    private static final int[] ECHOED = {2, 3, 7, 11, 12, 13, 32, 33, 37, 41, 42, 49, 50, 53, 70};

    private final Acquirer acquirer;
    private final Iso8583Message request;
    private final Iso8583Message message;

    Answer(final Acquirer acquirer, final Iso8583Message request, final Iso8583Message message) {
        this.acquirer = acquirer;
        this.request = request;
        this.message = message;
    }

    Iso8583Message message() {
        return message;
    }

    String code() {
        return message.get(39);
    }

    String get(final int field) {
        return message.get(field);
    }

    boolean isApproved() {
        return "00".equals(code()) || "10".equals(code());
    }

    /** DE 39 is one of these. */
    Answer code(final String... expected) {
        acquirer.check("DE 39 is " + String.join(" or ", expected), acquirer.isOneOf(code(), expected), code());
        return this;
    }

    /** DE 39 is 30 and DE 44 names that field. */
    Answer formatError(final int field) {
        code("30");
        final String named = String.format("%03d", field);
        acquirer.check("DE 44 begins with " + named, get(44) != null && get(44).startsWith(named), get(44));
        return this;
    }

    Answer has(final int... fields) {
        for (final int field : fields) {
            acquirer.check("DE " + field + " is there", message.has(field), message.has(field) ? "there" : "absent");
        }
        return this;
    }

    Answer hasNot(final int... fields) {
        for (final int field : fields) {
            acquirer.check("DE " + field + " is absent", !message.has(field), message.has(field) ? "there" : "absent");
        }
        return this;
    }

    Answer field(final int field, final String expected) {
        acquirer.check("DE " + field + " is " + Masking.text(field, expected), expected == null ? !message.has(field)
            : expected.equals(message.get(field)), Masking.text(field, message.get(field)));
        return this;
    }

    Answer matches(final int field, final String pattern) {
        acquirer.check("DE " + field + " is of the form " + pattern, message.has(field) && message.get(field).matches(pattern),
            Masking.text(field, message.get(field)));
        return this;
    }

    /** Everything that is echoed came back byte for byte, and nothing that was not sent. */
    Answer echoes() {
        return echoes(ECHOED);
    }

    /** What a 30 echoes. */
    Answer echoesWhatIsValid() {
        return echoes(ECHOED_IN_ERROR);
    }

    private Answer echoes(final int[] fields) {
        for (final int field : fields) {
            final boolean isMade = field == 37 && !request.has(37);
            if (acquirer.isEchoed(field) && !isMade && (request.has(field) || message.has(field))) {
                final String sent = request.has(field) ? acquirer.whole(field, request.get(field)) : null;
                acquirer.check("DE " + field + " is echoed as sent", java.util.Objects.equals(sent, message.get(field)),
                    Masking.text(field, message.get(field)));
            }
        }
        return this;
    }

    /** These are those of another answer. */
    Answer sameAs(final Answer other, final int... fields) {
        for (final int field : fields) {
            acquirer.check("DE " + field + " is that of the first answer (" + Masking.text(field, other.get(field)) + ")",
                java.util.Objects.equals(other.get(field), get(field)), Masking.text(field, get(field)));
        }
        return this;
    }

    /** The MTI is the request's answer. */
    Answer mti() {
        return mti(Mti93.answer(request.mti()));
    }

    Answer mti(final int expected) {
        acquirer.check("MTI is " + Masking.mti(expected), message.mti() == expected, Masking.mti(message.mti()));
        return this;
    }
}
