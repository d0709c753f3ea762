package io.daybreak.loadtest.cli;

import io.daybreak.loadtest.rig.ReplaySettings;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.regex.Pattern;

/** How many times as fast as it was recorded: {@code 1}, {@code 10}, {@code 0.5}; {@code max} for a closed loop. */
final class SpeedConverter implements ITypeConverter<Double> {
    private static final Pattern FORM = Pattern.compile("\\d{1,6}(\\.\\d{1,3})?");

    @Override
    public Double convert(final String value) {
        if ("max".equals(value)) {
            return ReplaySettings.MAX_SPEED;
        }
        final double speed = FORM.matcher(value).matches() ? Double.parseDouble(value) : 0;
        if (!(speed > 0)) {
            throw new TypeConversionException("'" + value + "' is neither a number above 0, such as 1, 10 or 0.5, nor max");
        }
        return speed;
    }
}
