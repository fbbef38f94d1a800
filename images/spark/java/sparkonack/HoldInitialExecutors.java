package sparkonack;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.scheduler.LiveListenerBus;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.storage.BlockUpdatedInfo;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import scala.Option;

/**
 * Keeps the executors that a job starts with until their first task, at most a minute.
 *
 * Spark counts an executor as idle from the moment it registers. While the driver still plans, reads a schema or waits
 * for its second executor, a short idle time-out gives the first ones back, and new ones are started, and paid, a
 * moment later. An executor that holds cached data is not idle in this sense: so Spark's own monitor is told that each
 * of the first ones holds an (empty) block of no data set, and with the first task that it does not hold it any more.
 * From then on the idle time-out is what it is. Nothing is cached, and no other part of Spark knows the block.
 */
public final class HoldInitialExecutors implements SparkPlugin {
    @Override
    public DriverPlugin driverPlugin() {
        return new Hold();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return null;
    }

    /** The driver's half. */
    private static final class Hold extends SparkListener implements DriverPlugin {
        private static final String LIMIT = "spark.sparkonack.holdInitialExecutors";
        private static final RDDBlockId NOTHING = new RDDBlockId(-1, 0);

        private final Set<String> held = new HashSet<>();
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "hold-initial-executors");
            thread.setDaemon(true);
            return thread;
        });
        private LiveListenerBus bus;
        private int left;
        private long seconds;

        @Override
        public Map<String, String> init(SparkContext context, PluginContext plugin) {
            SparkConf conf = context.getConf();
            if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
                left = conf.getInt("spark.dynamicAllocation.initialExecutors", 0);
                seconds = conf.getTimeAsSeconds(LIMIT, "60s");
                bus = context.listenerBus();
                context.addSparkListener(this);
            }
            return Map.of();
        }

        @Override
        public synchronized void onExecutorAdded(SparkListenerExecutorAdded event) {
            String id = event.executorId();
            if (left > 0) {
                left--;
                held.add(id);
                say(id, StorageLevel.MEMORY_ONLY());
                timer.schedule(() -> release(id), seconds, TimeUnit.SECONDS);
            }
        }

        @Override
        public void onTaskStart(SparkListenerTaskStart event) {
            release(event.taskInfo().executorId());
        }

        @Override
        public void shutdown() {
            timer.shutdownNow();
        }

        private synchronized void release(String id) {
            if (held.remove(id)) {
                say(id, StorageLevel.NONE());
            }
        }

        private void say(String id, StorageLevel level) {
            BlockManagerId place = BlockManagerId.apply(id, "none", 1, Option.empty());
            bus.post(new SparkListenerBlockUpdated(new BlockUpdatedInfo(place, NOTHING, level, 0, 0)));
        }
    }
}
