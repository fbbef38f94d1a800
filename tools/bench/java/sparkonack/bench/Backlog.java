package sparkonack.bench;

import java.util.Collections;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A Spark job whose tasks all wait for executors: arguments are the number of tasks and the seconds to stay. */
public final class Backlog {
    private Backlog() {}

    /** Prints when the context and when the job starts, in ms since 1970, and ends without cleaning up. */
    public static void main(String[] arguments) throws InterruptedException {
        int tasks = Integer.parseInt(arguments[0]);
        System.out.println("context " + System.currentTimeMillis());
        JavaSparkContext spark = new JavaSparkContext(new SparkConf());
        System.out.println("job " + System.currentTimeMillis());
        Thread job = new Thread(() -> spark.parallelize(Collections.nCopies(tasks, 1), tasks).count());
        job.setDaemon(true);
        job.start();
        Thread.sleep(1000L * Integer.parseInt(arguments[1]));
        Runtime.getRuntime().halt(0);
    }
}
