package sparkonack;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.cluster.k8s.ExecutorPodsSnapshotsStore;

/**
 * A Kubernetes client whose pods().inNamespace(…).resource(pod).create() does not wait for the answer, with a bound.
 *
 * <p>A refused pod (quota, admission, an overloaded server) is reported to Spark's snapshots as a deleted one, so the
 * allocator stops waiting for it and asks anew. Refusals are not repeated at full speed: the first create after one
 * waits, longer from refusal to refusal, and then throws it, which ends the allocator's round as a refusal of its own
 * would.
 */
final class ConcurrentCreates {
    private static final String LIMIT = "spark.sparkonack.concurrentCreates";
    private static final int CONFLICT = 409;
    private static final int TRIES = 5;
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 15_000;
    private static final long FINISH_SECONDS = 10;
    private static final Map<String, Class<?>> WAY = Map.of(
            "pods", MixedOperation.class, "inNamespace", NonNamespaceOperation.class, "resource", PodResource.class);

    private final ExecutorPodsSnapshotsStore snapshots;
    private final Semaphore free;
    private final ExecutorService threads;
    private RuntimeException refusal;
    private long pauseMs = FIRST_PAUSE_MS;

    ConcurrentCreates(SparkConf conf, ExecutorPodsSnapshotsStore snapshots) {
        this.snapshots = snapshots;
        int limit = conf.getInt(LIMIT, 16);
        free = new Semaphore(limit);
        threads = Executors.newFixedThreadPool(limit, task -> {
            Thread thread = new Thread(task, "concurrent-creates");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The same client with concurrent creates of pods. */
    KubernetesClient through(KubernetesClient client) {
        return (KubernetesClient) proxy(KubernetesClient.class, client, null);
    }

    /** Waits for what is under way; nothing is created afterwards. */
    void finish() {
        threads.shutdown();
        try {
            threads.awaitTermination(FINISH_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Object proxy(Class<?> type, Object target, Pod pod) {
        InvocationHandler handler = (self, method, arguments) -> called(target, pod, method, arguments);
        return Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {type}, handler);
    }

    private Object called(Object target, Pod pod, Method method, Object[] arguments) throws Throwable {
        if (pod != null && method.getName().equals("create") && !makesClaims(pod)) {
            return create((PodResource) target, pod);
        }
        try {
            Object result = method.invoke(target, arguments);
            Class<?> next = WAY.get(method.getName());
            Object only = arguments == null ? null : arguments[0];
            return next == null ? result : proxy(next, result, only instanceof Pod ? (Pod) only : null);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Spark makes a claim's owner of the created pod's uid, so it must wait for that pod. */
    private static boolean makesClaims(Pod pod) {
        return pod.getSpec().getVolumes().stream().anyMatch(volume -> volume.getPersistentVolumeClaim() != null);
    }

    private Pod create(PodResource resource, Pod pod) throws InterruptedException {
        heedRefusal();
        free.acquire();
        threads.execute(() -> {
            try {
                send(resource);
                accepted();
            } catch (RuntimeException e) {
                refused(e);
                snapshots.updatePod(deleted(pod));
            } finally {
                free.release();
            }
        });
        return pod;
    }

    /** Two writers of one quota: the server says conflict, and the same pod can be sent again. */
    private static void send(PodResource resource) {
        for (int tries = 1; ; tries++) {
            try {
                resource.create();
                return;
            } catch (KubernetesClientException e) {
                boolean ofQuota = e.getCode() == CONFLICT && String.valueOf(e.getMessage()).contains("resourcequota");
                if (!ofQuota || tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static Pod deleted(Pod pod) {
        String now = java.time.Instant.now().toString();
        return new PodBuilder(pod)
                .editMetadata().withDeletionTimestamp(now).endMetadata()
                .withNewStatus().withPhase("Pending").endStatus()
                .build();
    }

    private synchronized void accepted() {
        if (refusal == null) {
            pauseMs = FIRST_PAUSE_MS;
        }
    }

    private synchronized void refused(RuntimeException e) {
        refusal = e;
    }

    private void heedRefusal() throws InterruptedException {
        RuntimeException last;
        long pause;
        synchronized (this) {
            last = refusal;
            pause = pauseMs;
        }
        if (last != null) {
            Thread.sleep(pause);
            synchronized (this) {
                refusal = null;
                pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
            }
            throw last;
        }
    }
}
