package io.daybreak.loadtest.cli;

import io.daybreak.loadtest.rig.RigSettings;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rates and counts as people write them: {@code 90000}, {@code 90_000}, {@code 90k}, {@code 1.5M}; {@code max} for a closed loop. */
final class RateConverter implements ITypeConverter<Double> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,3})?)([kM]?)");
    private static final double THOUSAND = 1e3;
    private static final double MILLION = 1e6;

    @Override
    public Double convert(final String value) {
        return "max".equals(value) ? RigSettings.MAX_RATE : number(value);
    }

    /** Without {@code max}. */
    static double number(final String value) {
        final Matcher matcher = FORM.matcher(value.replace("_", ""));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + value + "' is not a number such as 90000, 90k or 1.5M");
        }
        final double number = Double.parseDouble(matcher.group(1));
        return number * switch (matcher.group(2)) {
            case "k" -> THOUSAND;
            case "M" -> MILLION;
            default -> 1;
        };
    }
}
