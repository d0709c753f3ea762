package io.daybreak.loadtest.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where agents listen: {@code HOST:PORT,...}. @param addresses not yet looked up, no two the same */
record AgentList(List<InetSocketAddress> addresses) {
    private static final Pattern FORM = Pattern.compile("(.+):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;

    /** Reads them. */
    static final class Converter implements ITypeConverter<AgentList> {
        @Override
        public AgentList convert(final String value) {
            final List<InetSocketAddress> addresses = new ArrayList<>();
            for (final String part : value.split(",", -1)) {
                final Matcher matcher = FORM.matcher(part.strip());
                if (!matcher.matches() || Integer.parseInt(matcher.group(2)) < 1 || Integer.parseInt(matcher.group(2)) > MAX_PORT) {
                    throw new TypeConversionException("'" + part + "' is not HOST:PORT");
                }
                final InetSocketAddress address = InetSocketAddress.createUnresolved(matcher.group(1), Integer.parseInt(matcher.group(2)));
                if (addresses.contains(address)) {
                    throw new TypeConversionException("'" + part + "' is named twice: an agent pays one part at a time");
                }
                addresses.add(address);
            }
            return new AgentList(List.copyOf(addresses));
        }
    }
}
