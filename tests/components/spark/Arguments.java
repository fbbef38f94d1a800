package org.apache.spark.launcher;

import java.util.Arrays;
import java.util.List;

/** Splits arguments as spark-submit does: one line for each option (name, tab, value), then the program's file. */
public class Arguments extends SparkSubmitOptionParser {
    @Override
    protected boolean handle(String option, String value) {
        System.out.println(option + "\t" + (value == null ? "" : value));
        return true;
    }

    @Override
    protected boolean handleUnknown(String argument) {
        System.out.println("file\t" + argument);
        return false;
    }

    @Override
    protected void handleExtraArgs(List<String> extra) {
    }

    public static void main(String[] arguments) {
        new Arguments().parse(Arrays.asList(arguments));
    }
}
