package sparkonack;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.cluster.k8s.ExecutorPodsAllocator;
import org.apache.spark.scheduler.cluster.k8s.ExecutorPodsSnapshotsStore;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;
import org.apache.spark.util.Clock;

/**
 * Spark's own allocator of executor pods with several creates under way at a time (for Spark 3.5 and 4).
 *
 * <p>Spark's allocator sends one create and waits for its answer before it sends the next, so one driver gets as many
 * pods a second as the API server's latency allows. Everything else of it stays: how many pods are wanted, pending
 * limits, time-outs, give-back, claims. Set it as spark.kubernetes.allocation.pods.allocator.
 */
public final class ConcurrentPodsAllocator extends ExecutorPodsAllocator {
    private final ConcurrentCreates creates;

    /** The constructor that Spark looks for. */
    public ConcurrentPodsAllocator(
            SparkConf conf,
            SecurityManager security,
            KubernetesExecutorBuilder builder,
            KubernetesClient client,
            ExecutorPodsSnapshotsStore snapshots,
            Clock clock) {
        this(new ConcurrentCreates(conf, snapshots), conf, security, builder, client, snapshots, clock);
    }

    private ConcurrentPodsAllocator(
            ConcurrentCreates creates,
            SparkConf conf,
            SecurityManager security,
            KubernetesExecutorBuilder builder,
            KubernetesClient client,
            ExecutorPodsSnapshotsStore snapshots,
            Clock clock) {
        super(conf, security, new RepeatedBuilder(builder), creates.through(client), snapshots, clock);
        this.creates = creates;
    }

    @Override
    public void stop(String applicationId) {
        creates.finish(); // or a pod could appear after Spark has deleted the application's pods
        super.stop(applicationId);
    }
}
