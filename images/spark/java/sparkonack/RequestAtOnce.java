package sparkonack;

import java.util.Map;
import org.apache.spark.ExecutorAllocationManager;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;

/**
 * Lets dynamic allocation request all executors that a stage can use in its first step.
 *
 * <p>Spark doubles the step from 1 every second while tasks wait, so a stage of 3,000 tasks gets its last executors
 * requested 12 s after its first. Here the first step is as large as the limit; what the waiting tasks can use, and
 * spark.dynamicAllocation.maxExecutors, bound it as ever, and spark.dynamicAllocation.schedulerBacklogTimeout passes
 * before it.
 */
public final class RequestAtOnce implements SparkPlugin {
    private static final int LARGEST_STEP = 1_000_000;

    @Override
    public DriverPlugin driverPlugin() {
        return new LargeSteps();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return null;
    }

    /** The driver's half. */
    private static final class LargeSteps extends SparkListener implements DriverPlugin {
        private SparkContext spark;

        @Override
        public Map<String, String> init(SparkContext context, PluginContext plugin) {
            if (context.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
                spark = context;
                context.addSparkListener(this);
            }
            return Map.of();
        }

        @Override
        public void onStageSubmitted(SparkListenerStageSubmitted event) {
            if (spark.executorAllocationManager().isDefined()) {
                ExecutorAllocationManager manager = spark.executorAllocationManager().get();
                synchronized (manager) { // Spark changes the steps under the same lock
                    manager.numExecutorsToAddPerResourceProfileId().put(event.stageInfo().resourceProfileId(), LARGEST_STEP);
                }
            }
        }
    }
}
