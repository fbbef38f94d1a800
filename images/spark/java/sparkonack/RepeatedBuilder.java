package sparkonack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SecurityManager;
import org.apache.spark.deploy.k8s.KubernetesExecutorConf;
import org.apache.spark.deploy.k8s.KubernetesExecutorSpec;
import org.apache.spark.deploy.k8s.SparkPod;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;

/**
 * Lets Spark build one executor pod for each resource profile; the others are the same text with another id.
 *
 * <p>Spark reads Hadoop's configuration and the pod template anew for every executor, which costs a driver more than
 * all else it does for the pod. Executors with claims, and those of jobs with feature steps of their own, are built one
 * by one.
 */
final class RepeatedBuilder extends KubernetesExecutorBuilder {
    private static final String ID = "7316294805";

    private static final String STEPS = "spark.kubernetes.executor.pod.featureSteps";

    private record Model(String pod, String container, KubernetesExecutorSpec spec) {}

    private final KubernetesExecutorBuilder builder;
    private final Map<Integer, Model> models = new HashMap<>();

    RepeatedBuilder(KubernetesExecutorBuilder builder) {
        this.builder = builder;
    }

    @Override
    public KubernetesExecutorSpec buildFromFeatures(
            KubernetesExecutorConf conf, SecurityManager security, KubernetesClient client, ResourceProfile profile) {
        Model model = models.computeIfAbsent(conf.resourceProfileId(), id -> model(conf, security, client, profile));
        boolean own = model.pod().contains("persistentVolumeClaim") || conf.sparkConf().contains(STEPS);
        if (own) {
            return builder.buildFromFeatures(conf, security, client, profile);
        }
        Pod pod = Serialization.unmarshal(model.pod().replace(ID, conf.executorId()), Pod.class);
        String container = model.container().replace(ID, conf.executorId());
        SparkPod both = new SparkPod(pod, Serialization.unmarshal(container, Container.class));
        return new KubernetesExecutorSpec(both, model.spec().executorKubernetesResources());
    }

    private Model model(
            KubernetesExecutorConf conf, SecurityManager security, KubernetesClient client, ResourceProfile profile) {
        KubernetesExecutorConf general = new KubernetesExecutorConf(
                conf.sparkConf(), conf.appId(), ID, conf.driverPod(), conf.resourceProfileId());
        KubernetesExecutorSpec spec = builder.buildFromFeatures(general, security, client, profile);
        SparkPod built = spec.pod();
        return new Model(Serialization.asJson(built.pod()), Serialization.asJson(built.container()), spec);
    }
}
