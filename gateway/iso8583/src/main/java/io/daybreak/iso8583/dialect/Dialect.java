package io.daybreak.iso8583.dialect;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import io.daybreak.iso8583.config.ConfigProblems;
import io.daybreak.iso8583.config.StrictConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How messages are written on a link: version, message type, bitmaps, and each of the fields 1 to 128. It is data from a
 * file; the built-in ones are {@link #BUILT_IN}. docs/iso8583-wire.md, "Dialects".
 * <p>
 * Immutable; any thread. Two links with the same settings need not share one, but echoing copies bytes only where the fields'
 * {@link #plan(int) plans} are equal.
 */
public final class Dialect {
    /** The highest field. */
    public static final int MAX_FIELD = 128;
    /** Names for {@link #builtIn(String)}. */
    public static final List<String> BUILT_IN = List.of(
        "1987-ascii", "1987-ascii-binary-bitmap", "1987-bcd", "1993-ascii", "1993-ascii-binary-bitmap", "1993-bcd");

    private static final Pattern FORMAT = Pattern.compile("(n|an|ans|b|z|x\\+n)( |\\.\\.|\\.\\.\\.)(\\d{1,3})");

    private final int version;
    private final MtiEncoding mtiEncoding;
    private final BitmapEncoding bitmapEncoding;
    private final FieldSpec[] specs;
    private final long[] plans = new long[MAX_FIELD + 1];

    private Dialect(final int version, final MtiEncoding mtiEncoding, final BitmapEncoding bitmapEncoding, final FieldSpec[] specs) {
        this.version = version;
        this.mtiEncoding = mtiEncoding;
        this.bitmapEncoding = bitmapEncoding;
        this.specs = specs;
        for (int field = 1; field <= MAX_FIELD; field++) {
            plans[field] = FieldPlan.of(specs[field]);
        }
    }

    /**
     * A dialect of this library.
     *
     * @param name one of {@link #BUILT_IN}
     * @throws ConfigProblems if there is none of that name
     */
    public static Dialect builtIn(final String name) {
        return load(builtInConfig(name));
    }

    /**
     * Reads a dialect. Either all of {@code version}, {@code mti}, {@code bitmap} and {@code fields.1} to {@code fields.128} are
     * there, or {@code base} names a built-in one, and what else is there replaces that one's values.
     *
     * @param config the dialect's section, resolved
     * @throws ConfigProblems naming each path that is missing, wrong or unknown, and what is allowed
     */
    public static Dialect load(final Config config) {
        Config whole = config;
        if (config.hasPath("base")) {
            whole = config.withoutPath("base").withFallback(builtInConfig(String.valueOf(config.getValue("base").unwrapped())));
        }
        return read(StrictConfig.of(whole));
    }

    private static Config builtInConfig(final String name) {
        if (!BUILT_IN.contains(name)) {
            throw new ConfigProblems(List.of("base: is \"" + name + "\", but must be one of " + String.join(", ", BUILT_IN)));
        }
        try {
            return ConfigFactory.parseResources(Dialect.class.getClassLoader(), "iso8583/" + name + ".conf").resolve();
        } catch (final ConfigException ex) {
            throw new IllegalStateException("the built-in dialect " + name + " cannot be read", ex);
        }
    }

    private static Dialect read(final StrictConfig config) {
        final long version = config.number("version", null, 1987, 1993);
        if (version != 1987 && version != 1993) {
            config.problem("version", "must be 1987 or 1993");
        }
        final MtiEncoding mti = config.oneOf("mti", MtiEncoding.class, null);
        final BitmapEncoding bitmap = config.oneOf("bitmap", BitmapEncoding.class, null);
        final StrictConfig fields = config.section("fields");
        final FieldSpec[] specs = new FieldSpec[MAX_FIELD + 1];
        final List<String> missing = new ArrayList<>();
        for (int number = 1; number <= MAX_FIELD; number++) {
            final String key = Integer.toString(number);
            if (fields.has(key)) {
                specs[number] = readField(fields, key, number);
            } else {
                missing.add(key);
            }
        }
        if (!missing.isEmpty()) {
            config.problem("fields", "must have all of 1 to 128, and lacks " + String.join(", ", missing));
        }
        config.conclude();
        return new Dialect((int) version, mti, bitmap, specs);
    }

    private static FieldSpec readField(final StrictConfig fields, final String key, final int number) {
        final StrictConfig field = fields.section(key);
        final String name = field.text("name", null);
        final String format = field.text("format", null);
        final ValueEncoding encoding = field.oneOf("encoding", ValueEncoding.class, null);
        final LengthEncoding prefix = field.oneOf("prefix", LengthEncoding.class, LengthEncoding.ASCII);
        final boolean isSensitive = field.flag("sensitive", false);
        final Matcher matcher = FORMAT.matcher(format == null ? "" : format);
        if (!matcher.matches()) {
            field.problem("format", "must be n, an, ans, z, b or x+n with a length, such as \"n 6\", \"n..19\" or \"ans...999\"");
            return null;
        }
        final Content content = matcher.group(1).equals("x+n") ? Content.XN : StrictConfig.find(Content.class, matcher.group(1));
        final LengthKind kind = switch (matcher.group(2)) {
            case " " -> LengthKind.FIXED;
            case ".." -> LengthKind.LLVAR;
            default -> LengthKind.LLLVAR;
        };
        if (kind != LengthKind.FIXED && !field.has("prefix")) {
            field.problem("prefix", "is missing; it must be one of " + StrictConfig.names(LengthEncoding.class));
        }
        final FieldSpec spec = new FieldSpec(number, name, content, kind, Integer.parseInt(matcher.group(3)), encoding, prefix, isSensitive);
        spec.problems().forEach(text -> fields.problem(ConfigUtil.quoteString(key).replace("\"", ""), text));
        if ((number == 64 || number == Dialect.MAX_FIELD) && (content != Content.B || kind != LengthKind.FIXED)) {
            fields.problem(key, "holds the message authentication code, and must be b with a fixed length");
        }
        return spec;
    }

    /** 1987 or 1993. */
    public int version() {
        return version;
    }

    /** The first digit of every message type: 0 for 1987, 1 for 1993. */
    public int versionDigit() {
        return version == 1987 ? 0 : 1;
    }

    /** How the message type is written. */
    public MtiEncoding mtiEncoding() {
        return mtiEncoding;
    }

    /** How bitmaps are written. */
    public BitmapEncoding bitmapEncoding() {
        return bitmapEncoding;
    }

    /**
     * A field.
     *
     * @param number 1 to 128
     */
    public FieldSpec field(final int number) {
        if (number < 1 || number > MAX_FIELD) {
            throw new IllegalArgumentException("no such field");
        }
        return specs[number];
    }

    /**
     * A field's description in one word, for the codec; see {@link FieldPlan}.
     *
     * @param number 1 to 128; 0 gives 0
     */
    public long plan(final int number) {
        return plans[number];
    }
}
