package io.daybreak.loadtest.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rates one after another: {@code 10k..200k/10k}. @param rates ascending, at most a thousand */
record RateSteps(List<Double> rates) {
    private static final Pattern FORM = Pattern.compile("(.+?)\\.\\.(.+)/(.+)");
    private static final int MOST = 1_000;

    /** Reads them. */
    static final class Converter implements ITypeConverter<RateSteps> {
        @Override
        public RateSteps convert(final String value) {
            final Matcher matcher = FORM.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + value + "' is not FROM..TO/STEP, such as 10k..200k/10k");
            }
            final double from = RateConverter.number(matcher.group(1));
            final double to = RateConverter.number(matcher.group(2));
            final double step = RateConverter.number(matcher.group(3));
            if (!(from > 0) || to < from || !(step > 0) || (to - from) / step >= MOST) {
                throw new TypeConversionException("'" + value + "': rates are above 0 and ascend, in at most " + MOST + " steps");
            }
            final List<Double> rates = new ArrayList<>();
            for (int i = 0; from + i * step <= to * (1 + 1e-9); i++) {
                rates.add(from + i * step);
            }
            return new RateSteps(List.copyOf(rates));
        }
    }
}
