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
 * Lets the idle time of the executors that a job starts with begin with the job's first task, at most two minutes late.
 *
 * Spark counts an executor as idle from the moment it registers. While the driver still plans, a short idle time-out
 * gives the first ones back, and new ones are started, and paid, a moment later. An executor that holds cached data is
 * not idle in this sense: so Spark's own monitor is told that each of the first ones holds an (empty) block of no data
 * set, and that it does not any more when it gets its first task, or an idle time-out after the first task of another.
 * From then on give-back is what it is. Nothing is cached, and no other part of Spark knows the block.
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
        private long idleSeconds;
        private long limitSeconds;
        private boolean working;

        @Override
        public Map<String, String> init(SparkContext context, PluginContext plugin) {
            SparkConf conf = context.getConf();
            if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
                left = conf.getInt("spark.dynamicAllocation.initialExecutors", 0);
                idleSeconds = conf.getTimeAsSeconds("spark.dynamicAllocation.executorIdleTimeout", "60s");
                bus = context.listenerBus();
                context.addSparkListener(this);
                limitSeconds = conf.getTimeAsSeconds(LIMIT, "120s");
            }
            return Map.of();
        }

        @Override
        public synchronized void onExecutorAdded(SparkListenerExecutorAdded event) {
            String id = event.executorId();
            if (left > 0 && !working) {
                left--;
                held.add(id);
                say(id, StorageLevel.MEMORY_ONLY());
                timer.schedule(() -> release(id), limitSeconds, TimeUnit.SECONDS);
            }
        }

        @Override
        public synchronized void onTaskStart(SparkListenerTaskStart event) {
            release(event.taskInfo().executorId());
            if (!working) {
                working = true;
                timer.schedule(this::releaseAll, idleSeconds, TimeUnit.SECONDS);
            }
        }

        @Override
        public void shutdown() {
            timer.shutdownNow();
        }

        private synchronized void releaseAll() {
            Set.copyOf(held).forEach(this::release);
        }

        private synchronized void release(String id) {
            if (held.remove(id)) {
                say(id, StorageLevel.NONE());
            }
        }

        private void say(String id, StorageLevel level) {
            BlockManagerId executor = BlockManagerId.apply(id, "none", 1, Option.empty());
            bus.post(new SparkListenerBlockUpdated(new BlockUpdatedInfo(executor, NOTHING, level, 0, 0)));
        }
    }
}
