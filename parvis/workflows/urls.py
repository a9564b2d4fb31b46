from django.urls import path

from .views import away, figures, models, tasks

app_name = "workflows"

urlpatterns = [
    path("tasks/hand-overs/", figures.hand_overs, name="hand_overs"),
    path("tasks/absence/<uuid:uuid>/", away.away, name="away"),
    path("tasks/absence/<uuid:uuid>/read/", away.away_read, name="away_read"),
    path("tasks/<uuid:uuid>/", tasks.task, name="task"),
    path("tasks/<uuid:uuid>/beside/", tasks.beside, name="beside"),
    path("tasks/<uuid:uuid>/take/", tasks.take, name="take"),
    path("tasks/<uuid:uuid>/back/", tasks.back, name="back"),
    path("tasks/<uuid:uuid>/hand/", tasks.hand, name="hand"),
    path("workflows/", models.index, name="index"),
    path("workflows/publish/", models.publish, name="publish"),
    path("workflows/<slug:key>/", models.process, name="process"),
    path("workflows/<slug:key>/<int:number>.bpmn", models.download, name="download"),
]
