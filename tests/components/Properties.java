import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.TreeMap;

/** Reads files (one Base64 text a line) with java.util.Properties; prints each as pairs of key and value in hexadecimal. */
public class Properties {
    public static void main(String[] arguments) throws Exception {
        StringBuilder out = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String text = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_16LE);
            java.util.Properties read = new java.util.Properties();
            try {
                read.load(new StringReader(text));
            } catch (IllegalArgumentException e) {
                out.append("refused\n");
                continue;
            }
            for (var entry : new TreeMap<>(read).entrySet()) {
                out.append(coded(entry.getKey())).append('=').append(coded(entry.getValue())).append(' ');
            }
            out.append('\n');
        }
        System.out.print(out);
    }

    /** The UTF-16 units of a text, each as four hexadecimal digits: half a pair has no other coding. */
    private static String coded(Object text) {
        StringBuilder units = new StringBuilder();
        ((String) text).chars().forEach(unit -> units.append(String.format("%04x", unit)));
        return units.toString();
    }
}
