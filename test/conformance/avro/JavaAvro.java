import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** Answers for Avro's own library: each line of input is a reader schema, a tab and a writer schema. */
public class JavaAvro {
  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; ) out.println(answer(line.split("\t", 2)));
  }

  private static String answer(String[] texts) {
    Schema reader;
    Schema writer;
    try {
      reader = parse(texts[0]);
      writer = parse(texts[1]);
    } catch (Exception | StackOverflowError e) {
      return "invalid\t" + String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }
    try {
      var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
      return reader.toString() + "\t" + writer.toString() + "\t" + result.getCompatibility();
    } catch (Exception e) {
      return reader.toString() + "\t" + writer.toString() + "\tINCOMPATIBLE";
    }
  }

  private static Schema parse(String text) {
    var parser = new Schema.Parser(NameValidator.STRICT_VALIDATOR);
    parser.setValidateDefaults(true);
    return parser.parse(text);
  }
}
